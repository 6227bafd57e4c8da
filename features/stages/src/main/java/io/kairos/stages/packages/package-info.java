/** Package managers, each described by a file of its own among the resources. */
package io.kairos.stages.packages;
