package io.kairos.agent;
