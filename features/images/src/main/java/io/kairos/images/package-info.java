package io.kairos.images;
