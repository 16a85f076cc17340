/** What all language models have in common. */
package dev.gatun.models.language;
