package io.kairos.immucore;
