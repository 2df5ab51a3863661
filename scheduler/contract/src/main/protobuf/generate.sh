#!/bin/sh
# Writes the Java classes of the wire messages; does nothing when no message changed.
set -eu
build=$1
source=src/main/protobuf
out=$build/generated-sources/protobuf
stamp=$out/.generated
if [ -f "$stamp" ] && [ -z "$(find "$source" "$build/protoc" -newer "$stamp" -print)" ]; then
  exit 0
fi
rm -rf "$out"
mkdir -p "$out"
chmod +x "$build/protoc"
"$build/protoc" --proto_path="$source" --java_out="$out" "$source"/queqiao/v1/*.proto
touch "$stamp"
