package io.kairos.stages;
