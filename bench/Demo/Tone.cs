namespace Zerg.Demo;

internal enum Tone
{
    Plain,
    Good,
    Bad,
}
