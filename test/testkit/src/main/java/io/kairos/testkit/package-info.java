package io.kairos.testkit;
