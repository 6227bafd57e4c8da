/** Files of {@code KEY="value"} lines, such as {@code /run/cos/cos-layout.env}. */
package io.kairos.formats.dotenv;
