COPY --from=kairos-init /kairos-init /kairos-init
# Values may hold blanks, so they are positional parameters and never part of a word list.
RUN set -e; \
    set -- -m "${MODEL}" -t "${TRUSTED_BOOT}" --version "${VERSION}"; \
    if [ -n "${KUBERNETES_DISTRO}" ]; then set -- "$@" -p "${KUBERNETES_DISTRO}"; fi; \
    if [ -n "${KUBERNETES_VERSION}" ]; then \
      case "${KUBERNETES_DISTRO}" in \
        k0s) set -- "$@" --provider-k0s-version "${KUBERNETES_VERSION}" ;; \
        k3s) set -- "$@" --provider-k3s-version "${KUBERNETES_VERSION}" ;; \
      esac; \
    fi; \
    if [ "${FIPS}" = fips ]; then set -- "$@" --fips; fi; \
    /kairos-init -l debug -s install "$@"; \
    /kairos-init -l debug -s init "$@"; \
    rm /kairos-init
