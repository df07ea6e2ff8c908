#!/usr/bin/env bash
# ./build.sh TARGET: boots Cake and runs one target of build.cake; `./build.sh --tree` lists them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

if ! command -v dotnet >/dev/null; then
  echo "build.sh: the .NET 10 SDK is needed: https://dotnet.microsoft.com/download" >&2
  exit 69
fi

dotnet tool restore >/dev/null
target=${1:-build}
shift || true
case $target in
  -*) exec dotnet cake build.cake "$target" "$@" ;;
  *) exec dotnet cake build.cake --target="$target" "$@" ;;
esac
