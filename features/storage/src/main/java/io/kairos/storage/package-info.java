package io.kairos.storage;
