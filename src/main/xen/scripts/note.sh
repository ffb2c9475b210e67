# What scripts about golden images share: the note beside an image, NAME.sha256.

# For sed -n: the SHA-256 in the first line of a note, as sha256sum, BSD's sha256 and openssl write it, with the line ends of Windows too.
sum_in='s/[[:space:]]*$//
s/^SHA2\{0,1\}-\{0,1\}256 \{0,1\}(.*) \{0,1\}= *\([0-9a-fA-F]\{64\}\)$/\1/
s/^\\\{0,1\}\([0-9a-fA-F]\{64\}\)\([[:space:]].*\)\{0,1\}$/\1/p
q'
