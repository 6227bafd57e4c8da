#!/bin/sh
# Gives a system what runs containers, from its distribution's packages. Runs inside of that system.
set -eu
apt-get update
apt-get install --yes --no-install-recommends containerd runc containernetworking-plugins
apt-get clean
rm -rf /var/lib/apt/lists/*
