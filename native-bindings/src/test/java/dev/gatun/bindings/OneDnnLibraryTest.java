package dev.gatun.bindings;

import static org.assertj.core.api.Assertions.assertThat;

class OneDnnLibraryTest {
    static OneDnnLibrary.Ready ready() {
        OneDnnLibrary.Probe probe = OneDnnLibrary.probe();
        assertThat(probe).isInstanceOf(OneDnnLibrary.Ready.class);
        return (OneDnnLibrary.Ready) probe;
    }
}
