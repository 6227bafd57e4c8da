package io.kairos.bench;
