package io.kairos.auroraboot;
