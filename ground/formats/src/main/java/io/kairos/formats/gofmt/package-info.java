/** How Go's fmt and strconv print values, where scripts compare with what they printed. */
package io.kairos.formats.gofmt;
