namespace Zerg.Demo;

internal interface IView
{
    /// <summary>Shows what happens until it is over.</summary>
    Task RunAsync(Camera camera, CancellationToken over);
}
