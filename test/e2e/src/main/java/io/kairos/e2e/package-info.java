package io.kairos.e2e;
