/** Event files, which TensorBoard shows. */
package dev.gatun.models.events;
