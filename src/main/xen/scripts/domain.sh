# Does one thing to one domain, found by its uuid at this moment.
#
#   $1  xl or xm
#   $2  uuid, or nothing
#   $3  its id as it was last seen, and
#   $4  its name, for a domain without a uuid
#   $5  what a domain that is gone means: `fail`, or `done`
#   $6  a flag of xl(1), list: p means that a paused domain needs nothing more; !p that one which is not paused needs nothing; - for neither
#   $7… the command, @ where the id goes

tool=$1 uuid=$2 last=$3 name=$4 gone=$5 unless=$6
shift 6
hold "${uuid:-$last}"
find_id "$uuid" "$last" "$name" || {
  release
  [ "$gone" = done ] || exit 81
  echo 'It is gone: there is nothing left to do.'
  exit 0
}

if [ "$unless" != - ]; then
  # Pausing is counted by Xen: a domain that was paused twice needs two unpauses.
  flags=$(asked "$tool" list "$id" | sed -n '$s/.*[ 	]\([a-z-]\{6,\}\)[ 	]*[0-9.]*[ 	]*$/\1/p')
  case $unless:$flags in
    p:??p*) already=yes ;;
    !p:??-*) already=yes ;;
    *) already= ;;
  esac
  if [ -n "$already" ]; then
    release
    echo 'It is so already: somebody else was faster.'
    exit 0
  fi
fi

count=$#
while [ "$count" -gt 0 ]; do
  word=$1
  shift
  [ "$word" != @ ] || word=$id
  set -- "$@" "$word"
  count=$((count - 1))
done
act "$@"
status=$?
release
exit $status
