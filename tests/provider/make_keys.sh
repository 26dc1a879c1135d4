#!/bin/sh
# Make the private keys of clients that sign, in a directory that exists.
#
# make_keys.sh DIRECTORY
#
# For each algorithm ALG: ALG.pem, for the client, and ALG.pub, what the
# provider gets.
set -eu

cd "$1"
umask 077
make_key() {
	name=$1
	shift
	openssl genpkey -quiet -out "$name.pem" "$@"
	openssl pkey -in "$name.pem" -pubout -out "$name.pub"
}

make_key RS256 -algorithm RSA -pkeyopt rsa_keygen_bits:2048
make_key ES256 -algorithm EC -pkeyopt ec_paramgen_curve:P-256
