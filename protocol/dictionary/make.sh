#!/bin/sh
# Makes the dictionary of the coding zstd-wb1 (../6-http.md#zstd-wb1) and the Swift source that holds it:
#
#     swift build --product waybook-bench && protocol/dictionary/make.sh .build/debug/waybook-bench
#
# The samples are bodies of small exchanges that the product's own client and server make under one seed. Once programs
# with this dictionary are in use it is never made again: another dictionary is another coding, zstd-wb2.
set -eu
bench=$1
here=$(cd "$(dirname "$0")" && pwd)
source=$here/../../Sources/WaybookProtocol/Compression/SharedDictionary+Bytes.swift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$bench" bodies --bodies "$work/bodies" --seed 20261122
find "$work/bodies" -type f -size -4097c | LC_ALL=C sort > "$work/list"
zstd --train -q -f -T1 -12 --maxdict=16384 --dictID=1463959553 --filelist "$work/list" -o "$here/zstd-wb1.dictionary"
{
    echo "extension SharedDictionary {"
    echo "    /// \`protocol/dictionary/zstd-wb1.dictionary\` in base64; written by \`make.sh\` beside it."
    echo '    static let base64 = """'
    base64 -w 108 "$here/zstd-wb1.dictionary" | sed 's/^/        /; s/$/\\/; $ s/\\$//'
    echo '        """'
    echo "}"
} > "$source"
sha256sum "$here/zstd-wb1.dictionary"
