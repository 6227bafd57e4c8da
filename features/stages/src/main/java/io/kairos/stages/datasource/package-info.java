/** Where a machine gets its user data from: metadata services of clouds, drives, files. */
package io.kairos.stages.datasource;
