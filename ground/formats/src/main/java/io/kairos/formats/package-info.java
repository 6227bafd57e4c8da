package io.kairos.formats;
