# A host that runs the version already is left alone; two unknown versions are not the same one.
get_version() {
  release_version "$1"
}

UPDATE=$(get_version "${IMAGE_ROOT:-}")
CURRENT=$(get_version "${HOST_DIR:-/host}")
if [ -n "$UPDATE" ] && [ "$UPDATE" = "$CURRENT" ]; then
  echo "Up to date"
  echo "Current version: $CURRENT"
  echo "Update version: $UPDATE"
  report
  exit 0
fi
