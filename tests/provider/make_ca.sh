#!/bin/sh
# Make a certificate authority and one server certificate signed by it.
#
# make_ca.sh DIRECTORY [NAME-OR-IPV4...]
#
# The certificate is for localhost, 127.0.0.1 and the names given. Leaves
# ca.pem, ca.key, server.pem and server.key in DIRECTORY, valid for 30 days.
set -eu

if [ $# -lt 1 ]; then
	echo "usage: make_ca.sh DIRECTORY [NAME-OR-IPV4...]" >&2
	exit 2
fi
dir=$1
shift
umask 077
mkdir -p "$dir"

alt=DNS:localhost,IP:127.0.0.1
for name in "$@"; do
	case $name in
	*[!0-9.]*) alt=$alt,DNS:$name ;;
	*) alt=$alt,IP:$name ;;
	esac
done

cat > "$dir/openssl.cnf" <<EOF
[req]
distinguished_name = subject
prompt = no
[subject]
CN = pam_oauth2 test authority
[authority]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = $alt
EOF

key() {
	openssl genpkey -quiet -algorithm EC \
	    -pkeyopt ec_paramgen_curve:P-256 -out "$1"
}

key "$dir/ca.key"
openssl req -new -x509 -config "$dir/openssl.cnf" -extensions authority \
    -key "$dir/ca.key" -days 30 -out "$dir/ca.pem"
key "$dir/server.key"
openssl req -new -config "$dir/openssl.cnf" -subj /CN=localhost \
    -key "$dir/server.key" -out "$dir/server.csr"
openssl x509 -req -in "$dir/server.csr" -CA "$dir/ca.pem" \
    -CAkey "$dir/ca.key" -CAcreateserial -days 30 \
    -extfile "$dir/openssl.cnf" -extensions server \
    -out "$dir/server.pem" 2> "$dir/sign.log" || {
	cat "$dir/sign.log" >&2
	exit 1
}
rm -f "$dir/server.csr" "$dir/ca.srl" "$dir/openssl.cnf" "$dir/sign.log"
chmod 644 "$dir/ca.pem" "$dir/server.pem"
