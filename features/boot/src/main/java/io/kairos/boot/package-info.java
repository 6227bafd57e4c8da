package io.kairos.boot;
