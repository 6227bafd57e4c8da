/** The files of users and groups. */
package io.kairos.stages.account;
