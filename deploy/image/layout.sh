#!/bin/sh
# layout.sh PACKAGE.tgz PACKAGE-LOCK.json FOLDER: what the image has in /opt/koff: the npm package, and beside it the locked
# packages that it needs to run. No script of any package runs.
set -eu
mkdir -p "$3"
tar -xzf "$1" --strip-components=1 -C "$3"
cp "$2" "$3/package-lock.json"
cd "$3"
npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error
# What only compilers and people read.
find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.md' -o -name '*.markdown' \) -delete
rm -rf package-lock.json deploy
