package io.kairos.convert;
