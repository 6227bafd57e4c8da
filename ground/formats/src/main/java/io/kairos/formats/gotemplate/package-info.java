/** Templates in the language of Go's text/template, with the text functions of sprig. */
package io.kairos.formats.gotemplate;
