#!/bin/sh
# Builds and tests the console with the system's Node. Does nothing when nothing changed since the last time.
set -eu
step=$1
command -v node >/dev/null 2>&1 || {
  echo "web-ui: Node 20 or newer is needed: install the package nodejs (and npm), or build with -DskipUi" >&2
  exit 1
}
mkdir -p target
# The mark lives with what it speaks of: it goes when the modules go, and survives a clean build.
if ! cmp -s package-lock.json node_modules/.installed-lock.json; then
  npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/.installed-lock.json
fi
newer() {
  [ ! -e "$1" ] || [ -n "$(find src public index.html vite.config.ts tsconfig.json package-lock.json tests/unit -newer "$1" -print -quit)" ]
}
case $step in
  build)
    if newer target/classes/webui/index.html; then npm run --silent build; fi
    ;;
  test)
    if newer target/tested; then
      npm run --silent check-format
      npm run --silent test
      touch target/tested
    fi
    ;;
esac
