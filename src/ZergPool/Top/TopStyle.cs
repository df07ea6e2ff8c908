namespace ZergPool.Top;

/// <summary>How a line looks where there are colours; none of them says what the text does not.</summary>
internal enum TopStyle
{
    Plain,
    Title,
    Selected,
    Warning,
    Faint,
}
