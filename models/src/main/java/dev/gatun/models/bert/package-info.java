/** Encoders of the BERT family, with heads for masked tokens and for classes. */
package dev.gatun.models.bert;
