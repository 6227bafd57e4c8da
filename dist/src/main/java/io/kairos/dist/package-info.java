package io.kairos.dist;
