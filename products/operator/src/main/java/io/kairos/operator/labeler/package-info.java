/** Labels of Kairos nodes: the program that reads a node, and who starts it there. */
package io.kairos.operator.labeler;
