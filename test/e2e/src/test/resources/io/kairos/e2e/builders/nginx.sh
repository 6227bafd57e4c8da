#!/bin/sh
# What the entry point of nginxinc/nginx-unprivileged does: templates get values of the environment, then nginx runs.
set -eu
mkdir -p /tmp/conf.d
for template in /etc/nginx/templates/*.template; do
  file=${template##*/}
  # Only what is set, so that nginx keeps its own variables.
  envsubst "$(env | sed 's/=.*//; s/^/$/')" <"$template" >"/tmp/conf.d/${file%.template}"
done
exec nginx -c /etc/builders/nginx.conf -g 'daemon off;'
