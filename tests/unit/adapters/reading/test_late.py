import sys

from agent.adapters.reading.late import loaded_when_called


def test_a_library_that_stands_in_is_loaded_by_the_first_call_of_what_is_in_it() -> None:
    sys.modules.pop("colorsys", None)
    with loaded_when_called("colorsys"):
        import colorsys
        from colorsys import rgb_to_hsv
    assert "colorsys" not in sys.modules
    assert colorsys.hls_to_rgb(0.0, 1.0, 0.0) == (1.0, 1.0, 1.0)
    assert "colorsys" in sys.modules
    assert rgb_to_hsv(1.0, 1.0, 1.0) == (0.0, 0.0, 1.0)


def test_what_is_in_a_module_of_a_library_is_found_by_its_path() -> None:
    with loaded_when_called("os.path"):  # loaded long ago
        import os.path as loaded
    with loaded_when_called("xml.dom.pulldom"):
        from xml.dom import pulldom
    assert loaded is sys.modules["os.path"]
    assert pulldom.PullDOM.clear is not None
    assert "xml.dom.pulldom" not in sys.modules


def test_who_imports_it_later_has_the_library_itself() -> None:
    sys.modules.pop("colorsys", None)
    with loaded_when_called("colorsys"):
        import colorsys as standing_in
    import colorsys

    assert colorsys.ONE_THIRD == 1 / 3
    assert standing_in is not colorsys
