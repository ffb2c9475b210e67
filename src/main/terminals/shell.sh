# The login shell of this account, in directory $1 or, when that is empty, where a login begins.
[ -z "$1" ] || cd "$1" 2>/dev/null || printf 'Hum: there is no way into %s any more. This is %s.\n' "$1" "$PWD"
shell=${SHELL:-/bin/sh}
case ${shell##*/} in
  sh | dash)
    # An older dash knows no -l: what a login reads is read here.
    for file in /etc/profile "$HOME/.profile"; do
      [ ! -r "$file" ] || . "$file"
    done
    exec "$shell"
    ;;
  *) exec "$shell" -l ;;
esac
