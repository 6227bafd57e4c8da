/** QR codes (ISO/IEC 18004), for cameras in front of a console. */
package io.kairos.formats.qrcode;
