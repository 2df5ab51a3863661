#!/bin/sh
# Configures and builds into the given folder, and says by name what is missing on this machine.
set -eu
cd "$(dirname "$0")"
target=${1:-target}

missing=""
command -v "${CC:-cc}" >/dev/null 2>&1 || missing="$missing a C compiler (Debian: gcc libc6-dev),"
command -v cmake >/dev/null 2>&1 || missing="$missing cmake,"
if command -v "${CC:-cc}" >/dev/null 2>&1 && ! echo '#include <sodium.h>' | "${CC:-cc}" -E - >/dev/null 2>&1; then
  missing="$missing libsodium with headers (Debian: libsodium-dev),"
fi
if [ -n "$missing" ]; then
  echo "queqiao-native: missing:${missing%,}. Install them, or build without the native part: -DskipNative" >&2
  exit 1
fi

cmake -S . -B "$target" --log-level=WARNING
cmake --build "$target" --parallel 2
