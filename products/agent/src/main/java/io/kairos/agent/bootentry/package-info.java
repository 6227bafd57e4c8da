/** What boots next: {@code bootentry}, and the variables of boot menus: {@code grubedit}. */
package io.kairos.agent.bootentry;
