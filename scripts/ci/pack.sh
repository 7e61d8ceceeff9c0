#!/bin/sh
# Builds the package of a checkout: midflight-VERSION.tgz in the folder named (default: the checkout's own). The workflows run
# it, and so does the test of the package.
set -eu
folder=${1:-.}
if [ ! -d node_modules ]; then npm ci; fi
npm pack --pack-destination "$folder"
