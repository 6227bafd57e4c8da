#!/bin/sh
# The workshop's commands, under the name by which builder pods call them.
# File names are UTF-8, and the JVM takes their encoding from the locale.
LC_ALL=C.UTF-8
export LC_ALL
exec /usr/lib/auroraboot/java/bin/java -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED \
  -cp '/usr/lib/auroraboot/jars/*' io.kairos.dist.workshop.WorkshopMain "$@"
