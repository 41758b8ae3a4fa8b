#!/usr/bin/env bash
# Deploys the site.
set -euo pipefail

source "$(dirname "$0")/lib/log.sh"
. ./config.sh

readonly VERSION=1.2
export TARGET="${TARGET:-staging}"
RETRIES=3
attempt=0

# Prints how to call this,
# and ends.
usage() {
  cat <<EOF
usage: deploy.sh [-n] HOST   (don't forget { the host
EOF
  exit 1
}

build() {
  local out="$1"
  log_info "building $VERSION into $out"
  npm run build -- --out "$out" | tee build.log
}

# Tries a command a few times.
function retry {
  until "$@"; do
    attempt=$((attempt + 1))
    if [[ $attempt -ge $RETRIES ]]; then
      log_error "gave up: $*"
      return 1
    fi
    sleep 1
  done
}

upload() (
  cd "$1" || exit
  for file in *.html; do
    retry scp "$file" "$HOST:/srv/$TARGET/${file##*/}"
  done
)

main() {
  while getopts "n" option; do
    case "$option" in
      n) DRY=1 ;;
      *) usage ;;
    esac
  done
  shift $((OPTIND - 1))
  HOST="${1:?$(usage)}"
  build dist
  [ -n "${DRY:-}" ] || upload dist
}

main "$@"
