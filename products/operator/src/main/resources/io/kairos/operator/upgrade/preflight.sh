# Says on the termination log that the node runs the image's version already, if both are known and equal.
# Never fails: what cannot be known is upgraded.
version() {
  for release in "$1" "$2"; do
    if [ -f "$release" ]; then
      found=$(
        KAIROS_VERSION= KAIROS_SOFTWARE_VERSION= KAIROS_SOFTWARE_VERSION_PREFIX=
        . "$release" > /dev/null 2>&1
        [ -z "$KAIROS_VERSION" ] || echo "$KAIROS_VERSION-$KAIROS_SOFTWARE_VERSION_PREFIX$KAIROS_SOFTWARE_VERSION"
      )
      if [ -n "$found" ]; then
        echo "$found"
        return
      fi
    fi
  done
}

TARGET=$(version "${TARGET_KAIROS_RELEASE:-/etc/kairos-release}" "${TARGET_OS_RELEASE:-/etc/os-release}")
HOST=$(version "${HOST_KAIROS_RELEASE:-/host/etc/kairos-release}" "${HOST_OS_RELEASE:-/host/etc/os-release}")
echo "Host: ${HOST:-unknown}, Target: ${TARGET:-unknown}"
if [ -n "$TARGET" ] && [ "$HOST" = "$TARGET" ]; then
  echo "node is already at $TARGET" > "${TERMINATION_LOG:-/dev/termination-log}"
fi
exit 0
