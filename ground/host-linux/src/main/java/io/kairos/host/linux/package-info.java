package io.kairos.host.linux;
