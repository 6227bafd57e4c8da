/** GUID partition tables (UEFI 2.10, chapter 5). */
package io.kairos.formats.gpt;
