# Versions of image and host, for the operator: it expects the image's after the reboot. The log is opened now, because
# the host's /dev will cover it.
exec 3> "${TERMINATION_LOG:-/dev/termination-log}"

release_version() {
  for release in "$1/etc/kairos-release" "$1/etc/os-release"; do
    if [ -f "$release" ]; then
      found=$(
        set +e
        KAIROS_VERSION= KAIROS_SOFTWARE_VERSION= KAIROS_SOFTWARE_VERSION_PREFIX=
        . "$release"
        [ -z "$KAIROS_VERSION" ] || echo "$KAIROS_VERSION-$KAIROS_SOFTWARE_VERSION_PREFIX$KAIROS_SOFTWARE_VERSION"
      )
      if [ -n "$found" ]; then
        echo "$found"
        return 0
      fi
    fi
  done
}

TO=$(release_version "${IMAGE_ROOT:-}")
FROM=$(release_version "${HOST_DIR:-/host}")

report() {
  printf 'fromVersion=%s\ntoVersion=%s\n' "$FROM" "$TO" >&3
}
