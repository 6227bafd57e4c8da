package io.kairos.config;
